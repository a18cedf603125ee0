# Three ways to reach a human, from "read it today" to "get up".

locals {
  topics = toset(["email", "sms", "pagerduty"])
  # null is told apart in the open: whether there is an address is no secret
  pagerduty = nonsensitive(var.pagerduty_url == null) ? [] : ["pagerduty"]
}

data "aws_caller_identity" "this" {}

resource "aws_sns_topic" "this" {
  # checkov:skip=CKV_AWS_26: CloudWatch may not use the key of SNS, and an alarm names machines, never people
  for_each = local.topics
  name     = "${var.prefix}-${each.key}"
}

data "aws_iam_policy_document" "topic" {
  for_each = local.topics

  statement {
    sid       = "AlarmsAndBackups"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.this[each.key].arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "backup.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.this.account_id]
    }
  }
}

resource "aws_sns_topic_policy" "this" {
  for_each = local.topics
  arn      = aws_sns_topic.this[each.key].arn
  policy   = data.aws_iam_policy_document.topic[each.key].json
}

resource "aws_sns_topic_subscription" "email" {
  for_each  = toset(var.emails)
  topic_arn = aws_sns_topic.this["email"].arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_sns_topic_subscription" "sms" {
  for_each  = toset(var.phones)
  topic_arn = aws_sns_topic.this["sms"].arn
  protocol  = "sms"
  endpoint  = each.key
}

resource "aws_sns_topic_subscription" "pagerduty" {
  for_each               = toset(local.pagerduty)
  topic_arn              = aws_sns_topic.this["pagerduty"].arn
  protocol               = "https"
  endpoint               = var.pagerduty_url
  endpoint_auto_confirms = true
}
