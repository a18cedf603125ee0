# One environment, whole, from the one table of the house.

locals {
  topology = jsondecode(file("${path.module}/../../topology.json"))
  services = { for service in local.topology.services : service.name => service }
  prefix   = { production = "rt-prod", staging = "rt-staging", development = "rt-dev" }[var.environment]
}

module "network" {
  source             = "../network"
  prefix             = local.prefix
  nat_zones          = var.nat_zones
  ports              = [for service in local.topology.services : service.port]
  vpn_cidrs          = var.vpn_cidrs
  denied_cidrs       = var.denied_cidrs
  log_retention_days = var.log_retention_days
}
