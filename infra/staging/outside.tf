# What is not AWS: MongoDB Atlas. Keys come from the environment (MONGODB_ATLAS_PUBLIC_KEY, MONGODB_ATLAS_PRIVATE_KEY).

variable "atlas_org_id" {
  description = "The organization at MongoDB Atlas."
  type        = string
}

module "database" {
  source      = "../modules/database"
  environment = local.environment
  name        = local.name
  org_id      = var.atlas_org_id
  tier        = "FLEX"
  roles       = { app = module.platform.role_arns["EC2-Backend-Role"] }
  addresses = merge(
    { for number, address in module.platform.network.nat_addresses : "nat-${number}" => "${address}/32" },
    { for number, range in var.vpn_cidrs : "vpn-${number}" => range },
  )
}

output "database" {
  description = "MONGODB_DB and MONGODB_URI of the machines."
  value       = { name = module.database.database, uri = module.database.uri }
}
