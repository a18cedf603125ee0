variable "domain" {
  type = string
}

variable "owns_zone" {
  description = "Whether this environment keeps the zone and its mail; the others add their names to it."
  type        = bool
}

variable "balancer_names" {
  description = "Host names that lead to the load balancer."
  type        = set(string)
}

variable "balancer" {
  type = object({ dns_name = string, zone_id = string })
}

variable "cdn" {
  description = "By kind of file: host name and the distribution it leads to."
  type        = map(object({ host = string, dns_name = string, zone_id = string }))
}

variable "portal_hosts" {
  description = "Host names of the portals."
  type        = set(string)
}

variable "portals_target" {
  type    = string
  default = "cname.vercel-dns.com"
}

variable "mail_servers" {
  description = "Mailgun's for the European Union: with the spec's mailgun.org, mail would be received in the United States."
  type        = list(string)
  default     = ["10 mxa.eu.mailgun.org", "10 mxb.eu.mailgun.org"]
}

variable "mail_subdomain" {
  description = "From where Mailgun sends (MAILGUN_DOMAIN)."
  type        = string
}

variable "mail_senders" {
  description = "Who may send in our name: Mailgun, and SES when Mailgun is down."
  type        = list(string)
  default     = ["include:eu.mailgun.org", "include:amazonses.com"]
}

variable "dmarc" {
  type    = string
  default = "v=DMARC1; p=quarantine"
}

variable "dkim_selector" {
  type    = string
  default = "default"
}

variable "dkim_key" {
  description = "Mailgun's public key for the domain (k=rsa; p=…), known once the domain is added there; null until then."
  type        = string
  default     = null
}

variable "certificate_authorities" {
  description = "Who may issue certificates for the domain: ACM, and Let's Encrypt for Vercel."
  type        = list(string)
  default     = ["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com", "letsencrypt.org"]
}

variable "security_contact" {
  type    = string
  default = "security@rt-technologie.com"
}

variable "ttl" {
  type    = number
  default = 300
}
