# The machines as they are, once a week, kept four weeks. What they hold can be made again from a release;
# the snapshot is there to look at a machine after the fact.

resource "aws_backup_vault" "this" {
  # checkov:skip=CKV_AWS_166: encrypted with the key AWS Backup keeps for this account; machines hold no data of customers
  name = var.prefix
}

resource "aws_backup_vault_notifications" "this" {
  backup_vault_name   = aws_backup_vault.this.name
  sns_topic_arn       = var.topic_arn
  backup_vault_events = ["BACKUP_JOB_FAILED", "RESTORE_JOB_COMPLETED"]
}

resource "aws_backup_plan" "weekly" {
  name = "${var.prefix}-weekly"

  rule {
    rule_name         = "weekly"
    target_vault_name = aws_backup_vault.this.name
    schedule          = var.schedule

    lifecycle {
      delete_after = 7 * var.kept_weeks
    }
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["backup.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name               = "${var.prefix}-backup"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "this" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"
}

# Machines come and go with the load: they are found by their tag, never by name.
resource "aws_backup_selection" "machines" {
  name         = "${var.prefix}-machines"
  plan_id      = aws_backup_plan.weekly.id
  iam_role_arn = aws_iam_role.this.arn
  resources    = ["arn:aws:ec2:*:*:instance/*"]

  condition {
    string_equals {
      key   = "aws:ResourceTag/Backup"
      value = var.prefix
    }
  }
}
