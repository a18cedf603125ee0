variable "prefix" {
  description = "What every name begins with, rt-prod for production."
  type        = string
}

variable "cidr" {
  type    = string
  default = "10.0.0.0/16"
}

variable "public_subnets" {
  description = "Zone letter to address range: the load balancer and the NAT gateways."
  type        = map(string)
  default     = { a = "10.0.1.0/24", b = "10.0.2.0/24" }
}

variable "private_subnets" {
  description = "Zone letter to address range: the machines and, where there is one, PostgreSQL."
  type        = map(string)
  default     = { a = "10.0.10.0/24", b = "10.0.11.0/24" }
}

variable "nat_zones" {
  description = "Zones with a NAT gateway; a private subnet of another zone goes out through the first of them."
  type        = list(string)
  default     = ["a", "b"]
}

variable "ports" {
  description = "Every port that a service listens on."
  type        = list(number)
}

variable "postgres_port" {
  type    = number
  default = 5432
}

variable "vpn_cidrs" {
  description = "From where the bastion may be reached by SSH; nobody by default."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for cidr in var.vpn_cidrs : tonumber(split("/", cidr)[1]) >= 24])
    error_message = "A VPN's address range is a /24 at most: the bastion is not open to the world."
  }
}

variable "denied_cidrs" {
  description = "Addresses known to attack, refused before anything else is asked (at most 15: an ACL holds 20 rules)."
  type        = list(string)
  default     = []
  validation {
    condition     = length(var.denied_cidrs) <= 15
    error_message = "A network ACL holds 20 rules, 15 of which may deny; more than that is the WAF's work."
  }
}

variable "log_retention_days" {
  type = number
}
