# Every document a second time, in another region of the European Union.

locals {
  replica = toset(var.replica_name[*])
}

# Rules do not travel with the objects: without its own the replica would outlive an erasure.
module "replica" {
  source    = "./bucket"
  for_each  = local.replica
  providers = { aws = aws.replica }

  name                    = each.key
  archive_class           = local.buckets.documents.class
  archive_days            = local.buckets.documents.archive
  kept_days               = local.buckets.documents.kept
  noncurrent_archive_days = var.noncurrent_archive_days
  noncurrent_kept_days    = var.noncurrent_kept_days
}

data "aws_iam_policy_document" "replication_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "replication" {
  for_each = local.replica

  statement {
    actions   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
    resources = [module.bucket["documents"].arn]
  }

  statement {
    actions   = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"]
    resources = ["${module.bucket["documents"].arn}/*"]
  }

  statement {
    actions   = ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"]
    resources = ["${module.replica[each.key].arn}/*"]
  }
}

resource "aws_iam_role" "replication" {
  for_each           = local.replica
  name               = "${var.prefix}-documents-replication"
  assume_role_policy = data.aws_iam_policy_document.replication_trust.json
}

resource "aws_iam_role_policy" "replication" {
  for_each = local.replica
  name     = "replicate-documents"
  role     = aws_iam_role.replication[each.key].id
  policy   = data.aws_iam_policy_document.replication[each.key].json
}

resource "aws_s3_bucket_replication_configuration" "documents" {
  for_each = local.replica
  bucket   = module.bucket["documents"].ready
  role     = aws_iam_role.replication[each.key].arn

  rule {
    id     = "documents"
    status = "Enabled"
    filter {}

    # A document erased here is erased there.
    delete_marker_replication {
      status = "Enabled"
    }

    destination {
      bucket = module.replica[each.key].arn
    }
  }

  depends_on = [module.replica]
}
