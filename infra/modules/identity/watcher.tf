# Monitoring-Role: reads figures and the list of machines; no logs, no files.

data "aws_iam_policy_document" "watchers" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type = "AWS"
      identifiers = coalescelist(
        var.monitoring_principals,
        ["arn:${data.aws_partition.this.partition}:iam::${local.account}:root"],
      )
    }
    condition {
      test     = "Bool"
      variable = "aws:MultiFactorAuthPresent"
      values   = ["true"]
    }
  }
}

locals {
  watcher = {
    # Reading metrics and describing machines knows no resources.
    Look = {
      actions = [
        "cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard", "cloudwatch:GetMetricData",
        "cloudwatch:GetMetricStatistics", "cloudwatch:ListDashboards", "cloudwatch:ListMetrics",
        "ec2:DescribeInstances", "ec2:DescribeInstanceStatus",
      ]
      on = ["*"]
    }
  }
}
