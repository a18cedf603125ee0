# EC2-Backend-Role: a machine reads its release and secrets, keeps files, sends mail, and tells how it is.

data "aws_iam_policy_document" "machines" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

locals {
  machine = {
    # The spec grants rt-prod-* whole. A machine that is taken over must not place releases, rewrite logs or delete
    # backups: each bucket has its own line.
    Files = {
      actions = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      on      = ["${var.buckets.documents.arn}/*", "${var.buckets.images.arn}/*"]
    }
    Backups = {
      actions = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
      on      = ["${var.buckets.backups.arn}/*"]
    }
    Releases = {
      actions = ["s3:GetObject"]
      on      = ["${var.buckets.releases.arn}/releases/*"]
    }
    Folders = {
      actions = ["s3:ListBucket"]
      on      = [var.buckets.documents.arn, var.buckets.images.arn, var.buckets.backups.arn]
    }
    Mail = {
      actions = ["ses:SendEmail", "ses:SendRawEmail"]
      on      = ["arn:${data.aws_partition.this.partition}:ses:${var.mail_region}:${local.account}:identity/${var.domain}"]
      test    = "StringLike"
      when    = { "ses:FromAddress" = ["*@${var.domain}", "*@${var.mail_subdomain}.${var.domain}"] }
    }
    Secrets = {
      actions = ["secretsmanager:GetSecretValue"]
      on      = [for secret in aws_secretsmanager_secret.this : secret.arn]
    }
    Release = {
      actions = ["ssm:GetParameter"]
      on      = [local.release]
    }
    Logs = {
      actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      on      = [format(local.here, "logs", "log-group:${var.machine_log_group}:*")]
    }
    Born = {
      actions = ["autoscaling:CompleteLifecycleAction"]
      on      = [local.group]
    }
    # The four below know no resources (AWS Service Authorization Reference): "*" is all they take.
    Metrics = {
      actions = ["cloudwatch:PutMetricData"]
      on      = ["*"]
      when    = { "cloudwatch:namespace" = ["CWAgent", "RT/Backend", "RT/Watch"] }
    }
    Itself = {
      actions = ["ec2:DescribeTags"]
      on      = ["*"]
    }
    Agent = {
      actions = ["ssm:UpdateInstanceInformation"]
      on      = ["*"]
    }
    Orders = {
      actions = [
        "ec2messages:AcknowledgeMessage", "ec2messages:DeleteMessage", "ec2messages:FailMessage",
        "ec2messages:GetEndpoint", "ec2messages:GetMessages", "ec2messages:SendReply",
        "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
      ]
      on = ["*"]
    }
  }
}
