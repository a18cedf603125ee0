# The files of the house: what is kept, how long, who may read it.

locals {
  buckets = {
    documents = { class = var.documents_archive_class, archive = var.documents_archive_days, kept = ceil(var.documents_kept_years * 365.25) }
    images    = { class = "GLACIER_IR", archive = null, kept = null }
    backups   = { class = "GLACIER", archive = var.backups_archive_days, kept = var.backups_kept_days }
    releases  = { class = null, archive = null, kept = null }
  }
  seen_by_portal = ["documents", "images"]
}

module "bucket" {
  source   = "./bucket"
  for_each = local.buckets

  name                    = "${var.prefix}-${each.key}"
  versioned               = each.key == "images" ? var.version_images : true
  archive_class           = each.value.class
  archive_days            = each.value.archive
  kept_days               = each.value.kept
  noncurrent_archive_days = var.noncurrent_archive_days
  noncurrent_kept_days    = var.noncurrent_kept_days
  access                  = data.aws_iam_policy_document.access[each.key].json
}

# A module of its own: the CDN needs it to be made, the others need the CDN to be closed to everybody else.
module "logs" {
  source                  = "./bucket"
  name                    = "${var.prefix}-logs"
  kept_days               = var.logs_kept_days
  noncurrent_archive_days = var.noncurrent_archive_days
  noncurrent_kept_days    = var.noncurrent_kept_days
  access_lists            = true
  access                  = data.aws_iam_policy_document.log_writers.json
}

data "aws_caller_identity" "this" {}

data "aws_iam_policy_document" "access" {
  for_each = local.buckets

  dynamic "statement" {
    for_each = { for bucket, arn in var.cdn_distribution_arns : bucket => arn if bucket == each.key }
    content {
      sid       = "CdnReads"
      actions   = ["s3:GetObject"]
      resources = ["arn:aws:s3:::${var.prefix}-${each.key}/*"]

      principals {
        type        = "Service"
        identifiers = ["cloudfront.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceArn"
        values   = [statement.value]
      }
    }
  }
}

data "aws_iam_policy_document" "log_writers" {
  dynamic "statement" {
    for_each = {
      S3Logs       = { service = "logging.s3.amazonaws.com", path = "*" }
      BalancerLogs = { service = "logdelivery.elasticloadbalancing.amazonaws.com", path = "alb/*" }
    }
    content {
      sid       = statement.key
      actions   = ["s3:PutObject"]
      resources = ["arn:aws:s3:::${var.prefix}-logs/${statement.value.path}"]

      principals {
        type        = "Service"
        identifiers = [statement.value.service]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [data.aws_caller_identity.this.account_id]
      }
    }
  }
}

resource "aws_s3_bucket_logging" "this" {
  for_each      = local.buckets # a log of the logs would grow for ever
  bucket        = module.bucket[each.key].name
  target_bucket = module.logs.ready
  target_prefix = "s3/${each.key}/"
}

# Uploads pass through the services, which look at what they are and refuse an image above 10 MB
# (S3 itself cannot): a browser only ever reads.
resource "aws_s3_bucket_cors_configuration" "this" {
  for_each = toset(local.seen_by_portal)
  bucket   = module.bucket[each.key].name

  cors_rule {
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = var.portal_origins
    max_age_seconds = 3600
  }
}
