# Github-Actions-Role: brings a release to the machines of one environment. No key: GitHub says who asks, AWS checks it.

locals {
  github = "token.actions.githubusercontent.com"
}

resource "aws_iam_openid_connect_provider" "github" {
  count          = var.owns_account ? 1 : 0
  url            = "https://${local.github}"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "github" {
  # checkov:skip=CKV_AWS_358: checkov does not read the local that names GitHub; the subject names one repository and one environment
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:${data.aws_partition.this.partition}:iam::${local.account}:oidc-provider/${local.github}"]
    }
    condition {
      test     = "StringEquals"
      variable = "${local.github}:aud"
      values   = ["sts.amazonaws.com"]
    }
    # A branch of the same name in a fork, or a workflow outside the guarded environment, is somebody else.
    condition {
      test     = "StringEquals"
      variable = "${local.github}:sub"
      values   = ["repo:${var.github_repository}:environment:${var.environment}"]
    }
  }
}

locals {
  deployer = {
    # Reading the state of machines, targets and metrics knows no resources: "*" is all these actions take.
    Look = {
      actions = [
        "ec2:DescribeInstances", "ec2:DescribeInstanceStatus",
        "autoscaling:DescribeAutoScalingGroups",
        "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
        "cloudwatch:GetMetricData",
        "ssm:DescribeInstanceInformation", "ssm:GetCommandInvocation",
      ]
      on = ["*"]
    }
    Machines = {
      actions = ["ec2:StartInstances", "ec2:StopInstances"]
      on      = [local.instance]
      when    = local.ours
    }
    Artifacts = {
      actions = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
      on      = ["${var.buckets.releases.arn}/releases/*"]
    }
    Shelf = {
      actions = ["s3:ListBucket"]
      on      = [var.buckets.releases.arn]
    }
    # The spec's "CodeDeploy trigger": releases travel by SSM (docs/decisions/0011).
    Order = {
      actions = ["ssm:SendCommand"]
      on      = [local.instance]
      when    = local.ours
    }
    OrderForm = {
      actions = ["ssm:SendCommand"]
      on      = ["arn:${data.aws_partition.this.partition}:ssm:${data.aws_region.this.name}::document/AWS-RunShellScript"]
    }
    Release = {
      actions = ["ssm:GetParameter", "ssm:GetParameters", "ssm:PutParameter"]
      on      = [local.release]
    }
    Drain = {
      actions = ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"]
      on      = [format(local.here, "elasticloadbalancing", "targetgroup/${var.prefix}-*")]
    }
    # While a machine changes its release the group must not replace it.
    Hold = {
      actions = ["autoscaling:SuspendProcesses", "autoscaling:ResumeProcesses"]
      on      = [local.group]
    }
  }
}
