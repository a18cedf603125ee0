# What only its owner knows: set in terraform.tfvars, which is not in Git. None of it is a secret but pagerduty_url.

variable "cdn_public_key" {
  description = "PEM of the public key that verifies signed addresses of files (openssl rsa -pubout)."
  type        = string
}

variable "release_public_key" {
  description = "PEM of the Ed25519 public key that verifies releases (openssl pkey -pubout)."
  type        = string
}

variable "github_repository" {
  description = "owner/name whose workflows may deploy here."
  type        = string
  default     = "rt-technologie/rt-technologie"
}

variable "dkim_key" {
  description = "Mailgun's DKIM record; null until the domain is added there."
  type        = string
  default     = null
}

variable "vpn_cidrs" {
  description = "The spec's VPN-IP: reaches the bastion and, as admin_user, the database."
  type        = list(string)
  default     = []
}

variable "denied_cidrs" {
  description = "Addresses known to attack."
  type        = list(string)
  default     = []
}

variable "unlimited_cidrs" {
  description = "Vercel's fixed addresses of the portals: one address, many people."
  type        = list(string)
  default     = []
}

variable "phones" {
  description = "Numbers (+33…) that get a message when customers are hit."
  type        = list(string)
  default     = []
}

variable "pagerduty_url" {
  description = "PagerDuty's Amazon CloudWatch integration."
  type        = string
  default     = null
  sensitive   = true
}

variable "watch_organization" {
  description = "Id of the organization that the watch signs in for, once there is one: what it does is not counted as business."
  type        = string
  default     = "none"
}
