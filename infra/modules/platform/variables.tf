variable "environment" {
  type = string
  validation {
    condition     = contains(["production", "staging", "development"], var.environment)
    error_message = "The environment is production, staging or development."
  }
}

variable "instance_type" {
  type = string
}

variable "machines" {
  type = object({ min = number, max = number })
}

variable "nat_zones" {
  description = "Zones with a way out of their own."
  type        = list(string)
  default     = ["a", "b"]
}

variable "owns_account" {
  description = "Whether this environment keeps what exists once: the zone of the domain, its mail, and the account's trust in GitHub."
  type        = bool
  default     = false
}

variable "protected" {
  description = "Whether the load balancer refuses to be deleted."
  type        = bool
  default     = true
}

variable "replica_name" {
  description = "Bucket of the second region that receives every document; null: none."
  type        = string
  default     = null
}

variable "analytics" {
  description = "The spec's optional PostgreSQL."
  type        = bool
  default     = false
}

variable "to_the_letter" {
  description = "Where the specification's letter is wanted instead of the safe reading (docs/decisions/0008, 0009): public-machines, forward-by-default, debug-hosts, open-images, unversioned-images, slow-archive."
  type        = set(string)
  default     = []
  validation {
    condition     = length(setsubtract(var.to_the_letter, ["public-machines", "forward-by-default", "debug-hosts", "open-images", "unversioned-images", "slow-archive"])) == 0
    error_message = "public-machines, forward-by-default, debug-hosts, open-images, unversioned-images, slow-archive."
  }
}

variable "database" {
  description = "MONGODB_DB."
  type        = string
}

variable "mail_region" {
  description = "AWS_SES_REGION, of the provider aws.replica."
  type        = string
  default     = "eu-west-1"
}

variable "mail_subdomain" {
  description = "Of MAILGUN_DOMAIN."
  type        = string
  default     = "mg"
}

variable "release_public_key" {
  type = string
}

variable "bastion_key" {
  description = "Name of an EC2 key pair: makes the spec's bastion. null: people come in by SSM Session Manager."
  type        = string
  default     = null
}

variable "vpn_cidrs" {
  type    = list(string)
  default = []
}

variable "denied_cidrs" {
  type    = list(string)
  default = []
}

variable "unlimited_cidrs" {
  type    = list(string)
  default = []
}

variable "log_retention_days" {
  description = "Access logs are kept one year."
  type        = number
  default     = 365
}

variable "cdn_public_key" {
  type = string
}

variable "dkim_key" {
  type    = string
  default = null
}

variable "github_repository" {
  type = string

}

variable "phones" {
  type    = list(string)
  default = []
}

variable "watch_organization" {
  type    = string
  default = "none"
}

variable "pagerduty_url" {
  type      = string
  default   = null
  sensitive = true
}
