# One environment in AWS, whole, from the one table of the house. Atlas and Vercel stand beside it (a root's outside.tf).

locals {
  topology = jsondecode(file("${path.module}/../../topology.json"))
  services = { for service in local.topology.services : service.name => service }
  prefix   = { production = "rt-prod", staging = "rt-staging", development = "rt-dev" }[var.environment]
  domain   = local.topology.domain

  origins = [for portal in local.topology.portals : "https://${portal.host}"]

  # Where the specification contradicts itself or the law, the safe reading is built; these build its letter.
  readings = ["public-machines", "forward-by-default", "debug-hosts", "open-images", "unversioned-images", "slow-archive"]
  letter   = { for reading in local.readings : reading => contains(var.to_the_letter, reading) }

  # api, auth, every service, the two of the CDN: in production as in the spec, elsewhere api-staging, auth-staging, …
  suffix         = var.environment == "production" ? "" : "-${var.environment}"
  balancer_names = setunion(["api", "auth"], keys(local.services))
  names          = { for name in setunion(local.balancer_names, ["cdn-docs", "cdn-img"]) : name => "${name}${local.suffix}.${local.domain}" }
}

# The spec's .env, but for what is secret (each service has a file of its own of that). Services of one machine find each other on it.
locals {
  settings = {
    RT_ENV               = var.environment
    RT_HOST              = "0.0.0.0"
    RT_TRUSTED_PROXIES   = 1
    SECURITY_ENFORCE     = true
    MONGODB_DB           = var.database
    AWS_REGION           = data.aws_region.this.name
    AWS_SES_REGION       = var.mail_region
    AWS_S3_BUCKET_DOCS   = module.storage.buckets.documents.name
    AWS_S3_BUCKET_IMAGES = module.storage.buckets.images.name
    CDN_DOCS_URL         = "https://${local.names["cdn-docs"]}"
    CDN_IMAGES_URL       = "https://${local.names["cdn-img"]}"
    CDN_KEY_ID           = module.edge.cdn_key_id
    MAILGUN_DOMAIN       = "${var.mail_subdomain}.${local.domain}"
    PUBLIC_API_URL       = "https://${local.names.api}"
    CORS_ALLOW_ORIGIN    = join(",", local.origins)
  }
}

data "aws_region" "this" {}

module "network" {
  source             = "../network"
  prefix             = local.prefix
  nat_zones          = var.nat_zones
  ports              = values(local.services)[*].port
  vpn_cidrs          = var.vpn_cidrs
  denied_cidrs       = var.denied_cidrs
  log_retention_days = var.log_retention_days
}

module "storage" {
  source                  = "../storage"
  prefix                  = local.prefix
  portal_origins          = local.origins
  cdn_distribution_arns   = { for kind, cdn in module.edge.cdn : kind => cdn.arn }
  replica_name            = var.replica_name
  logs_kept_days          = var.log_retention_days
  version_images          = !local.letter.unversioned-images
  documents_archive_class = local.letter.slow-archive ? "GLACIER" : "GLACIER_IR"
  providers               = { aws = aws, aws.replica = aws.replica }
}

module "dns" {
  source         = "../dns"
  domain         = local.domain
  owns_zone      = var.owns_account
  balancer_names = toset([for name in local.balancer_names : local.names[name]])
  balancer       = module.edge.balancer
  cdn            = module.edge.cdn
  portal_hosts   = toset(var.environment == "production" ? local.topology.portals[*].host : [])
  dkim_key       = var.dkim_key
  mail_subdomain = var.mail_subdomain
  providers      = { aws = aws, aws.mail = aws.replica }
}

module "edge" {
  source            = "../edge"
  prefix            = local.prefix
  domain            = local.domain
  names             = local.names
  services          = local.services
  health_check      = local.topology.health_check
  vpc_id            = module.network.vpc_id
  subnet_ids        = module.network.subnet_ids.public
  security_group_id = module.network.security_group_ids.alb
  zone_id           = module.dns.zone_id
  owns_zone         = var.owns_account
  # By their names: a bucket's policy names its distribution, so the distribution cannot wait for the bucket.
  origins            = { for kind in ["documents", "images"] : kind => "${local.prefix}-${kind}.s3.${data.aws_region.this.name}.amazonaws.com" }
  logs_bucket        = module.storage.logs_bucket
  log_retention_days = var.log_retention_days
  protected          = var.protected
  unlimited_cidrs    = concat(var.unlimited_cidrs, [for address in module.network.nat_addresses : "${address}/32"])
  cdn_public_key     = var.cdn_public_key
  default_service    = local.letter.forward-by-default ? "admin-gateway" : null
  debug_hosts        = local.letter.debug-hosts
  signed_images      = !local.letter.open-images
  providers          = { aws = aws, aws.us_east_1 = aws.us_east_1 }
}

module "identity" {
  source            = "../identity"
  prefix            = local.prefix
  environment       = var.environment
  domain            = local.domain
  buckets           = module.storage.buckets
  machine_log_group = module.observability.log_groups.backend.name
  mail_region       = var.mail_region
  mail_subdomain    = var.mail_subdomain
  owns_account      = var.owns_account
  github_repository = var.github_repository
  secret_names = merge(
    { for box, variables in local.topology.secret_boxes : box => "As JSON: ${join(", ", variables)}" },
    { keys = "The services' key folder as JSON: file name to content" },
  )
}

module "compute" {
  source               = "../compute"
  prefix               = local.prefix
  instance_type        = var.instance_type
  machines             = var.machines
  subnet_ids           = module.network.subnet_ids[local.letter.public-machines ? "public" : "private"]
  public               = local.letter.public-machines
  security_group_id    = module.network.security_group_ids.backend
  target_group_arns    = [for group in module.edge.target_groups : group.arn]
  instance_profile_arn = module.identity.instance_profile_arn
  releases_bucket      = module.storage.buckets.releases.name
  release_public_key   = var.release_public_key
  log_group            = module.observability.log_groups.backend.name
  settings             = local.settings
  secret_files         = local.topology.secret_files
  tags                 = module.backup.tag
  bastion = var.bastion_key == null ? null : {
    subnet_id         = module.network.subnet_ids.public[0]
    security_group_id = module.network.security_group_ids.bastion
    key_name          = var.bastion_key
  }
}

module "postgres" {
  count             = var.analytics ? 1 : 0
  source            = "../postgres"
  prefix            = local.prefix
  subnet_ids        = module.network.subnet_ids.private
  security_group_id = module.network.security_group_ids.rds
  topic_arn         = module.observability.topics.email
}

module "observability" {
  source             = "../observability"
  prefix             = local.prefix
  environment        = var.environment
  services           = local.topology.services
  balancer           = module.edge.balancer.arn_suffix
  target_groups      = { for name, group in module.edge.target_groups : name => group.arn_suffix }
  auto_scaling_group = module.compute.group_name
  log_retention_days = var.log_retention_days
  phones             = var.phones
  watch_organization = var.watch_organization
  pagerduty_url      = var.pagerduty_url
}

module "backup" {
  source    = "../backup"
  prefix    = local.prefix
  topic_arn = module.observability.topics.email
}
