variable "environment" {
  type = string
  validation {
    condition     = contains(["production", "staging", "development"], var.environment)
    error_message = "The environment is production, staging or development."
  }
}

variable "nat_zones" {
  type    = list(string)
  default = ["a", "b"]
}

variable "vpn_cidrs" {
  type    = list(string)
  default = []
}

variable "denied_cidrs" {
  type    = list(string)
  default = []
}

variable "log_retention_days" {
  description = "Access logs are kept one year."
  type        = number
  default     = 365
}
