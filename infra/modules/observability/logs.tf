# Where lines go, and the business figures counted out of them.

locals {
  suffix = var.environment == "production" ? "" : "-${var.environment}"
  groups = {
    backend = "/aws/ec2/rt-backend${local.suffix}"
    # A load balancer writes to S3 alone; what is drawn from there for a search lands here.
    balancer = "/aws/alb/rt-${var.environment}"
    postgres = "/aws/rds/rt-${var.environment}"
  }
}

resource "aws_cloudwatch_log_group" "this" {
  # checkov:skip=CKV_AWS_158: encrypted by CloudWatch itself; personal data is masked before a line leaves the machine
  for_each          = local.groups
  name              = each.value
  retention_in_days = var.log_retention_days
}

resource "aws_cloudwatch_log_metric_filter" "business" {
  for_each       = var.business_words
  name           = each.key
  log_group_name = aws_cloudwatch_log_group.this["backend"].name
  pattern        = "{ $.event = \"request\" && $.operation = \"${each.value}\" && $.status < 300 && $.organization != \"${var.watch_organization}\" }"

  metric_transformation {
    namespace     = "RT/Business"
    name          = each.key
    value         = "1"
    default_value = "0"
  }
}
