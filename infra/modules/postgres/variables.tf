variable "prefix" {
  type = string
}

variable "subnet_ids" {
  description = "Private subnets, in two zones."
  type        = list(string)
}

variable "security_group_id" {
  description = "RDS-SG: PostgreSQL's port from the machines alone."
  type        = string
}

variable "topic_arn" {
  type = string
}

variable "instance_class" {
  type    = string
  default = "db.t3.micro"
}

# The specification says 15.x. Named minor versions are withdrawn every few months (15.9 to 15.12 cannot be
# created since May 2026), so the major version alone is named and RDS takes its current minor one.
variable "engine_version" {
  type    = string
  default = "15"
}

variable "storage_gb" {
  type    = number
  default = 20
}

variable "storage_max_gb" {
  type    = number
  default = 100
}

variable "multi_az" {
  type    = bool
  default = true
}

variable "backup_days" {
  type    = number
  default = 7
}

variable "database" {
  type    = string
  default = "rt_analytics"
}
