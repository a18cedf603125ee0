# One bucket with the rules that hold for all: encrypted, closed to the public, TLS 1.2 or newer, old versions pruned.

resource "aws_s3_bucket" "this" {
  # checkov:skip=CKV_AWS_145: the specification says SSE-S3 (AES-256); no key of one's own to lose
  # checkov:skip=CKV_AWS_144: documents alone are replicated (the specification); the rest can be made again or is a copy itself
  # checkov:skip=CKV_AWS_18: logging is set by the module around this one, of every bucket but that of the logs and the replica
  # checkov:skip=CKV2_AWS_62: nobody waits for files to arrive; a service tells an event when it has stored one
  bucket = var.name
}

resource "aws_s3_bucket_versioning" "this" {
  # checkov:skip=CKV_AWS_21: on by default; off only for images, where the specification's letter is asked for
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = var.versioned ? "Enabled" : "Suspended"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  # checkov:skip=CKV2_AWS_65: CloudFront delivers its standard logs by an access control list and by nothing else
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = var.access_lists ? "BucketOwnerPreferred" : "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "current"
    status = "Enabled"
    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    dynamic "transition" {
      for_each = var.archive_days[*]
      content {
        days          = transition.value
        storage_class = var.archive_class
      }
    }

    dynamic "expiration" {
      for_each = var.kept_days[*]
      content {
        days = expiration.value
      }
    }
  }

  rule {
    id     = "noncurrent"
    status = "Enabled"
    filter {}

    dynamic "noncurrent_version_transition" {
      for_each = var.archive_class[*]
      content {
        noncurrent_days = var.noncurrent_archive_days
        storage_class   = noncurrent_version_transition.value
      }
    }

    noncurrent_version_expiration {
      noncurrent_days = var.noncurrent_kept_days
    }
  }

  rule {
    id     = "markers"
    status = "Enabled"
    filter {}

    expiration {
      expired_object_delete_marker = true
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

data "aws_iam_policy_document" "this" {
  source_policy_documents = var.access[*]

  dynamic "statement" {
    for_each = {
      OnlyEncryptedConnections = { test = "Bool", variable = "aws:SecureTransport", value = "false" }
      OnlyTls12OrNewer         = { test = "NumericLessThan", variable = "s3:TlsVersion", value = "1.2" }
    }
    content {
      sid       = statement.key
      effect    = "Deny"
      actions   = ["s3:*"]
      resources = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]

      principals {
        type        = "*"
        identifiers = ["*"]
      }

      condition {
        test     = statement.value.test
        variable = statement.value.variable
        values   = [statement.value.value]
      }
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket     = aws_s3_bucket.this.id
  policy     = data.aws_iam_policy_document.this.json
  depends_on = [aws_s3_bucket_public_access_block.this]
}
