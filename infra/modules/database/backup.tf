# Continuous backup, snapshots, and a copy of both in the second region.

resource "mongodbatlas_cloud_backup_schedule" "this" {
  count                    = local.dedicated ? 1 : 0
  project_id               = mongodbatlas_project.this.id
  cluster_name             = mongodbatlas_advanced_cluster.this[0].name
  reference_hour_of_day    = 0
  reference_minute_of_hour = 30
  restore_window_days      = var.restore_window_days

  policy_item_hourly {
    frequency_interval = var.snapshot_hours
    retention_unit     = "days"
    retention_value    = var.snapshot_kept_days
  }

  dynamic "policy_item_monthly" {
    for_each = var.archive_kept_months > 0 ? [var.archive_kept_months] : []
    content {
      frequency_interval = 1
      retention_unit     = "months"
      retention_value    = policy_item_monthly.value
    }
  }

  dynamic "copy_settings" {
    for_each = slice(local.regions, 1, min(2, length(local.regions)))
    content {
      cloud_provider     = "AWS"
      region_name        = copy_settings.value.name
      frequencies        = var.archive_kept_months > 0 ? ["HOURLY", "MONTHLY"] : ["HOURLY"]
      should_copy_oplogs = true
      zone_id            = mongodbatlas_advanced_cluster.this[0].replication_specs[0].zone_id
    }
  }
}
