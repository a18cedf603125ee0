# What is not AWS: MongoDB Atlas and Vercel. Keys come from the environment (MONGODB_ATLAS_PUBLIC_KEY, MONGODB_ATLAS_PRIVATE_KEY, VERCEL_API_TOKEN).

variable "atlas_org_id" {
  description = "The organization at MongoDB Atlas."
  type        = string
}

variable "atlas_pagerduty_integration_id" {
  description = "PagerDuty's integration in the project at Atlas, made by hand there."
  type        = string
  default     = null
}

variable "database_roles" {
  description = "IAM roles that stand for admin_user (people) and backup_user: { admin = \"arn:...\", backup = \"arn:...\" }."
  type        = map(string)
  default     = {}
}

variable "vercel_team_id" {
  type    = string
  default = null
}

locals {
  topology = jsondecode(file("${path.module}/../topology.json"))
}

data "aws_caller_identity" "this" {}
data "aws_region" "this" {}

module "database" {
  source      = "../modules/database"
  environment = local.environment
  name        = local.name
  org_id      = var.atlas_org_id
  tier        = "M10"
  roles       = merge({ app = module.platform.role_arns["EC2-Backend-Role"] }, var.database_roles)
  addresses = merge(
    { for number, address in module.platform.network.nat_addresses : "nat-${number}" => "${address}/32" },
    { for number, range in var.vpn_cidrs : "vpn-${number}" => range },
  )
  phones                   = var.phones
  pagerduty_integration_id = var.atlas_pagerduty_integration_id
  vpc = {
    id              = module.platform.network.vpc_id
    cidr            = module.platform.network.cidr
    region          = data.aws_region.this.name
    account_id      = data.aws_caller_identity.this.account_id
    route_table_ids = module.platform.network.route_table_ids
  }
}

# The keys of what tells of people, apart: whoever is erased is in no backup of theirs after a week (docs/decisions/0018).
module "keys" {
  source              = "../modules/database"
  environment         = local.environment
  name                = "${local.name}-keys"
  database            = "${local.name}_keys"
  org_id              = var.atlas_org_id
  tier                = "M10"
  restore_window_days = 2
  snapshot_kept_days  = 7
  archive_kept_months = 0
  roles               = { app = module.platform.role_arns["EC2-Backend-Role"] }
  addresses           = { for number, address in module.platform.network.nat_addresses : "nat-${number}" => "${address}/32" }
  phones              = var.phones

  pagerduty_integration_id = var.atlas_pagerduty_integration_id
  regions = [
    { name = "EU_WEST_3", cidr = "192.168.176.0/21" },
    { name = "EU_CENTRAL_1", cidr = "192.168.184.0/21" },
    { name = "EU_WEST_1", cidr = "192.168.192.0/21" },
  ]
  vpc = {
    id              = module.platform.network.vpc_id
    cidr            = module.platform.network.cidr
    region          = data.aws_region.this.name
    account_id      = data.aws_caller_identity.this.account_id
    route_table_ids = module.platform.network.route_table_ids
  }
}

module "portals" {
  source   = "../modules/portals"
  team_id  = var.vercel_team_id
  portals  = { for portal in local.topology.portals : portal.name => portal }
  api_urls = { production = "https://api.${local.topology.domain}", preview = "https://api-staging.${local.topology.domain}" }
  shown_urls = {
    NEXT_PUBLIC_AUTHZ_URL   = "https://auth.${local.topology.domain}"
    NEXT_PUBLIC_SUPPORT_URL = local.topology.support_url
    NEXT_PUBLIC_CDN_DOCS    = "https://cdn-docs.${local.topology.domain}"
    NEXT_PUBLIC_CDN_IMAGES  = "https://cdn-img.${local.topology.domain}"
  }
}

output "database" {
  description = "MONGODB_DB, MONGODB_URI and MONGODB_KEYS_URI of the machines."
  value       = { name = module.database.database, uri = module.database.uri, keys_uri = module.keys.uri }
}
