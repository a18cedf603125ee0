# Values that modules must not take; Terraform tells of all of them at once.

module "reading" {
  source             = "../unread"
  cdn_public_key     = "PEM"
  release_public_key = "PEM"
}

module "world" {
  source             = "../modules/network"
  prefix             = "rt-world"
  ports              = [3001]
  log_retention_days = 365
  vpn_cidrs          = ["0.0.0.0/0"]
}
