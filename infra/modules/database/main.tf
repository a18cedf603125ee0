# MongoDB at Atlas: one project and one cluster per environment. AES-256 at rest is how Atlas stores everything.

locals {
  dedicated = !contains(["M0", "FLEX"], var.tier)
  regions   = [for region in var.regions : var.london && region.name == "EU_WEST_1" ? merge(region, { name = "EU_WEST_2" }) : region]
}

resource "mongodbatlas_project" "this" {
  name   = var.name
  org_id = var.org_id

  is_performance_advisor_enabled                   = true
  is_realtime_performance_panel_enabled            = true
  is_schema_advisor_enabled                        = true
  is_slow_operation_thresholding_enabled           = false # then every operation above 100 ms is profiled
  is_data_explorer_enabled                         = false # customers' data is not browsed in a web page
  is_collect_database_specifics_statistics_enabled = true
  with_default_alerts_settings                     = true
}

resource "mongodbatlas_advanced_cluster" "this" {
  count          = var.tier == "FLEX" ? 0 : 1
  project_id     = mongodbatlas_project.this.id
  name           = var.name
  cluster_type   = "REPLICASET"
  backup_enabled = local.dedicated
  pit_enabled    = local.dedicated

  termination_protection_enabled = var.environment == "production"

  replication_specs {
    dynamic "region_configs" {
      for_each = local.dedicated ? local.regions : slice(local.regions, 0, 1)
      content {
        provider_name         = local.dedicated ? "AWS" : "TENANT"
        backing_provider_name = local.dedicated ? null : "AWS"
        region_name           = region_configs.value.name
        priority              = 7 - region_configs.key

        electable_specs {
          instance_size = var.tier
          node_count    = local.dedicated ? (length(local.regions) == 1 ? 3 : 1) : null
          disk_size_gb  = local.dedicated ? var.storage_gb : null
        }

        dynamic "auto_scaling" {
          for_each = local.dedicated ? [true] : []
          content {
            disk_gb_enabled            = true
            compute_enabled            = true
            compute_scale_down_enabled = true
            compute_min_instance_size  = var.tier
            compute_max_instance_size  = var.tier_max
          }
        }
      }
    }
  }

  dynamic "advanced_configuration" {
    for_each = local.dedicated ? [true] : []
    content {
      minimum_enabled_tls_protocol = "TLS1_2"
      javascript_enabled           = false
      oplog_min_retention_hours    = 24
    }
  }

  # What Atlas scaled up, the next apply must not scale down.
  lifecycle {
    ignore_changes = [
      replication_specs[0].region_configs[0].electable_specs[0].instance_size,
      replication_specs[0].region_configs[0].electable_specs[0].disk_size_gb,
      replication_specs[0].region_configs[1].electable_specs[0].instance_size,
      replication_specs[0].region_configs[1].electable_specs[0].disk_size_gb,
      replication_specs[0].region_configs[2].electable_specs[0].instance_size,
      replication_specs[0].region_configs[2].electable_specs[0].disk_size_gb,
    ]
  }

  depends_on = [mongodbatlas_network_container.this]
}

# Snapshots every day, kept by Atlas for eight days: nothing to set.
resource "mongodbatlas_flex_cluster" "this" {
  count      = var.tier == "FLEX" ? 1 : 0
  project_id = mongodbatlas_project.this.id
  name       = var.name

  provider_settings = {
    backing_provider_name = "AWS"
    region_name           = local.regions[0].name
  }
}

resource "mongodbatlas_maintenance_window" "this" {
  count       = local.dedicated ? 1 : 0
  project_id  = mongodbatlas_project.this.id
  day_of_week = 1 # Sunday
  hour_of_day = 2 # UTC
}
