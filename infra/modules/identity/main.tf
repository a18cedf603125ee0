# Who may do what: the spec's three roles, each with no more than its work needs.

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  account  = data.aws_caller_identity.this.account_id
  here     = "arn:${data.aws_partition.this.partition}:%s:${data.aws_region.this.name}:${local.account}:%s"
  instance = format(local.here, "ec2", "instance/*")
  release  = format(local.here, "ssm", "parameter/${var.prefix}/release*")
  group    = format(local.here, "autoscaling", "autoScalingGroup:*:autoScalingGroupName/${var.prefix}-backend")
  ours     = { "aws:ResourceTag/Project" = "rt-technologie", "aws:ResourceTag/Environment" = var.environment }
}

resource "aws_secretsmanager_secret" "this" {
  # checkov:skip=CKV_AWS_149: encrypted with AWS's own key; no key of one's own to lose
  # checkov:skip=CKV2_AWS_57: authz rotates its signing keys itself; the others change when their owner is asked, never behind its back
  for_each                = var.secret_names
  name                    = "${var.prefix}/${each.key}"
  description             = each.value
  recovery_window_in_days = var.secret_recovery_days
}

# A role is who may take it and, by statement, what it may do: actions on resources, where `when` holds (tests of IAM).
locals {
  roles = {
    EC2-Backend-Role = {
      trust = data.aws_iam_policy_document.machines.json
      may   = local.machine
    }
    Github-Actions-Role = {
      trust = data.aws_iam_policy_document.github.json
      may   = local.deployer
    }
    Monitoring-Role = {
      trust = data.aws_iam_policy_document.watchers.json
      may   = local.watcher
    }
  }
}

data "aws_iam_policy_document" "this" {
  for_each = local.roles
  dynamic "statement" {
    for_each = each.value.may
    content {
      sid       = statement.key
      actions   = statement.value.actions
      resources = statement.value.on
      dynamic "condition" {
        for_each = try(statement.value.when, {})
        content {
          test     = try(statement.value.test, "StringEquals")
          variable = condition.key
          values   = flatten([condition.value])
        }
      }
    }
  }
}

resource "aws_iam_role" "this" {
  for_each           = local.roles
  name               = "${var.prefix}-${each.key}"
  assume_role_policy = each.value.trust
}

resource "aws_iam_role_policy" "this" {
  for_each = local.roles
  name     = "its-work"
  role     = aws_iam_role.this[each.key].id
  policy   = data.aws_iam_policy_document.this[each.key].json
}

resource "aws_iam_instance_profile" "machine" {
  name = "${var.prefix}-EC2-Backend-Role"
  role = aws_iam_role.this["EC2-Backend-Role"].name
}
