# Staging: one machine, one way out, no second region. It stands beside production, whose zone it adds its names to.

module "platform" {
  source             = "../modules/platform"
  environment        = local.environment
  instance_type      = "t3.small"
  machines           = { min = 1, max = 2 }
  nat_zones          = ["a"]
  protected          = false
  database           = local.name
  cdn_public_key     = var.cdn_public_key
  release_public_key = var.release_public_key
  vpn_cidrs          = var.vpn_cidrs
  unlimited_cidrs    = var.unlimited_cidrs
  github_repository  = var.github_repository
  providers          = { aws = aws, aws.replica = aws.replica, aws.us_east_1 = aws.us_east_1 }
}

output "platform" {
  value = module.platform
}
