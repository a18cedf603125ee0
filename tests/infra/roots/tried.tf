# Planned by the tests beside production, all in one plan: each command of Terraform reads its provider's words anew.

variable "cdn_public_key" { type = string }
variable "release_public_key" { type = string }

provider "aws" {
  max_retries = 1
}

module "staging" {
  source             = "../staging"
  cdn_public_key     = var.cdn_public_key
  release_public_key = var.release_public_key
}

module "development" {
  source             = "../development"
  cdn_public_key     = var.cdn_public_key
  release_public_key = var.release_public_key
}

module "letter" {
  source             = "../letter"
  cdn_public_key     = var.cdn_public_key
  release_public_key = var.release_public_key
}

module "vpn" {
  source             = "../modules/network"
  prefix             = "rt-vpn"
  ports              = [3001]
  log_retention_days = 365
  vpn_cidrs          = ["203.0.113.0/28"]
}

module "attacked" {
  source             = "../modules/network"
  prefix             = "rt-attacked"
  ports              = [3001]
  log_retention_days = 365
  denied_cidrs       = ["198.51.100.0/24"]
}

module "postgres" {
  source            = "../modules/postgres"
  prefix            = "rt-prod"
  subnet_ids        = ["subnet-a", "subnet-b"]
  security_group_id = "sg-rds"
  topic_arn         = "arn:aws:sns:eu-west-3:123456789012:rt-prod-email"
}
