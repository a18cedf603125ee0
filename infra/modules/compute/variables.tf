variable "prefix" {
  type = string
}

variable "instance_type" {
  description = "The spec's: t3.medium in production, t3.small in staging, t3.micro in development."
  type        = string
}

variable "machines" {
  description = "How many machines the group holds at least and at most."
  type        = object({ min = number, max = number })
}

variable "subnet_ids" {
  type = list(string)
}

variable "public" {
  description = "Whether machines have public addresses: the spec's drawing to the letter, never the default."
  type        = bool
}

variable "security_group_id" {
  type = string
}

variable "target_group_arns" {
  type = list(string)
}

variable "instance_profile_arn" {
  type = string
}

variable "releases_bucket" {
  type = string
}

variable "release_public_key" {
  description = "PEM of the Ed25519 key that verifies releases: a machine runs nothing else."
  type        = string
}

variable "settings" {
  description = "Environment of the services, beside what is secret."
  type        = map(string)
}

variable "secret_files" {
  description = "What runs on a machine, with the secrets (<prefix>/<box>) from which its own file is made."
  type        = map(list(string))
}

variable "log_group" {
  type = string
}

variable "tags" {
  description = "Tags of every machine beyond those of all resources."
  type        = map(string)
  default     = {}
}

variable "image" {
  description = "Amazon Linux 2023, in its newest version when a machine starts."
  type        = string
  default     = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

variable "disk_gb" {
  type    = number
  default = 30
}

variable "scaling" {
  description = "Average CPU in percent over so many minutes: above, a machine more (the spec's 70 %); below, one less."
  type        = map(object({ percent = number, minutes = number, machines = number }))
  default = {
    out = { percent = 70, minutes = 2, machines = 1 }
    in  = { percent = 30, minutes = 15, machines = -1 }
  }
}

variable "warmup_seconds" {
  description = "From the start of a machine to its share of the work: boot, download and the 17 services (20 s measured)."
  type        = number
  default     = 240
}

variable "boot_seconds" {
  description = "After which a machine that has not reported is given up."
  type        = number
  default     = 600
}

variable "bastion" {
  description = "A machine to come in by SSH, as in the spec. SSM Session Manager does the same without an open port and writes down who did what."
  type        = object({ subnet_id = string, security_group_id = string, key_name = string, instance_type = optional(string, "t3.micro") })
  default     = null
}
