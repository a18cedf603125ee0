variable "prefix" {
  type = string
}

variable "domain" {
  type = string
}

variable "names" {
  description = "Host name by purpose: api, auth, cdn-docs, cdn-img and every service."
  type        = map(string)
}

variable "services" {
  description = "The topology's services by name: port and public path."
  type        = map(object({ port = number, path = string }))
}

variable "health_check" {
  description = "The topology's: path, interval, timeout (seconds), healthy, unhealthy (answers)."
  type        = object({ path = string, interval = number, timeout = number, healthy = number, unhealthy = number })
}

variable "drain_seconds" {
  description = "What a service takes at most to end its requests after SIGTERM."
  type        = number
  default     = 30
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "security_group_id" {
  type = string
}

variable "zone_id" {
  type = string
}

variable "owns_zone" {
  description = "Whether this environment keeps the domain: then it proves to ACM that the domain is ours, for all environments."
  type        = bool
}

variable "logs_bucket" {
  type = string
}

variable "log_retention_days" {
  type = number
}

variable "protected" {
  description = "Whether the load balancer refuses to be deleted."
  type        = bool
  default     = true
}

variable "tls_policy" {
  description = "TLS 1.3 alone, as the spec has it for public endpoints. ELBSecurityPolicy-TLS13-1-2-2021-06 also lets in partners' older systems."
  type        = string
  default     = "ELBSecurityPolicy-TLS13-1-3-2021-06"
}

variable "default_service" {
  description = "The spec's \"forward by default\", to the letter: the service that gets what no rule names. Nobody by default: 404."
  type        = string
  default     = null
}

variable "debug_hosts" {
  description = "The spec's \"individual services (for debugging)\", to the letter: every service answers all its paths under its own name."
  type        = bool
  default     = false
}

variable "requests_per_minute" {
  description = "Of one address, before the firewall refuses it for a while."
  type        = number
  default     = 1000
}

variable "unlimited_cidrs" {
  description = "Addresses that speak for many people (the portals' fixed addresses at Vercel): their limit is the one per user."
  type        = list(string)
  default     = []
}

variable "countries" {
  description = "From where the house may be reached: the European Union and the European Economic Area. Empty: from everywhere."
  type        = list(string)
  default = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
    "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "IS", "LI", "NO",
    "AX", "GF", "GP", "MF", "MQ", "RE", "YT", # parts of the Union with a code of their own (TFEU 349, 355)
  ]
}

variable "origins" {
  description = "Where the files lie, by kind (documents, images): the bucket's domain in its region."
  type        = map(string)
}

variable "cdn_public_key" {
  description = "Public half (PEM) of the key that signs the addresses of files; the private half is CDN_PRIVATE_KEY of the secret <prefix>/core_orders, its line breaks as \\n."
  type        = string
}

variable "cdn_seconds" {
  description = "How long CloudFront keeps a file: a day, a week."
  type        = map(number)
  default     = { documents = 86400, images = 604800 }
}

variable "signed_images" {
  description = "Photos show people and number plates, so their addresses are signed too. false: the spec to the letter, images for everybody."
  type        = bool
  default     = true
}
