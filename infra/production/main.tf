# Production: the spec's sizes. What is not said here is a default of the platform or of one of its modules.

module "platform" {
  source             = "../modules/platform"
  environment        = local.environment
  instance_type      = "t3.medium"
  machines           = { min = 2, max = 10 }
  owns_account       = true
  replica_name       = "rt-backup-documents"
  database           = local.name
  cdn_public_key     = var.cdn_public_key
  release_public_key = var.release_public_key
  dkim_key           = var.dkim_key
  vpn_cidrs          = var.vpn_cidrs
  denied_cidrs       = var.denied_cidrs
  unlimited_cidrs    = var.unlimited_cidrs
  github_repository  = var.github_repository
  phones             = var.phones
  watch_organization = var.watch_organization
  pagerduty_url      = var.pagerduty_url
  providers          = { aws = aws, aws.replica = aws.replica, aws.us_east_1 = aws.us_east_1 }
}

output "platform" {
  value = module.platform
}
