variable "prefix" {
  type = string
}

variable "environment" {
  type = string
}

variable "domain" {
  type = string
}

variable "buckets" {
  description = "By kind (documents, images, backups, releases): arn."
  type        = map(object({ arn = string }))
}

variable "machine_log_group" {
  description = "The log group machines write to."
  type        = string
}

variable "mail_region" {
  description = "Where SES sends from (AWS_SES_REGION)."
  type        = string
}

variable "mail_subdomain" {
  type = string
}

variable "secret_names" {
  description = "Secrets that machines read: <prefix>/<name>, with what it is for. Terraform makes the boxes; what is in them never passes through it."
  type        = map(string)
}

variable "secret_recovery_days" {
  type    = number
  default = 30
}

variable "owns_account" {
  description = "Whether this environment keeps what an AWS account has once: the trust in GitHub's tokens."
  type        = bool
}

variable "github_repository" {
  description = "owner/name; only its workflows of this environment get the role."
  type        = string
}

variable "monitoring_principals" {
  description = "Who may take the monitoring role (with a second factor); empty: people of this account whom their own policy lets."
  type        = list(string)
  default     = []
}
