# What Atlas itself watches. Each alert has its page in docs/RUNBOOK.md, under its id.

locals {
  pagerduty = var.pagerduty_integration_id != null
  alerts = {
    atlas-cpu             = { metric = "NORMALIZED_SYSTEM_CPU_USER", above = 80, units = "RAW", tells = ["EMAIL", "SMS"] }
    atlas-disk            = { metric = "DISK_PARTITION_SPACE_USED_DATA", above = 85, units = "RAW", tells = ["EMAIL"] }
    atlas-connections     = { metric = "CONNECTIONS", above = 500, units = "RAW", tells = ["EMAIL"] }
    atlas-replication-lag = { metric = "OPLOG_SLAVE_LAG_MASTER_TIME", above = 10, units = "SECONDS", tells = [local.pagerduty ? "PAGER_DUTY" : "EMAIL"] }
  }
}

resource "mongodbatlas_alert_configuration" "this" {
  for_each   = local.dedicated ? local.alerts : {}
  project_id = mongodbatlas_project.this.id
  event_type = "OUTSIDE_METRIC_THRESHOLD"
  enabled    = true

  metric_threshold_config {
    metric_name = each.value.metric
    operator    = "GREATER_THAN"
    threshold   = each.value.above
    units       = each.value.units
    mode        = "AVERAGE"
  }

  dynamic "notification" {
    for_each = contains(each.value.tells, "EMAIL") ? [var.email] : []
    content {
      type_name     = "EMAIL"
      email_address = notification.value
      delay_min     = 0
      interval_min  = 60
    }
  }

  dynamic "notification" {
    for_each = contains(each.value.tells, "SMS") ? var.phones : []
    content {
      type_name     = "SMS"
      mobile_number = notification.value
      delay_min     = 0
      interval_min  = 60
    }
  }

  dynamic "notification" {
    for_each = contains(each.value.tells, "PAGER_DUTY") ? [var.pagerduty_integration_id] : []
    content {
      type_name      = "PAGER_DUTY"
      integration_id = notification.value
      delay_min      = 0
    }
  }
}
