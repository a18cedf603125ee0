variable "name" {
  type = string
}

variable "versioned" {
  type    = bool
  default = true
}

variable "archive_class" {
  description = "Storage class of what is archived; null: nothing is."
  type        = string
  default     = null
}

variable "archive_days" {
  description = "After these days a file is archived; null: only its older versions are."
  type        = number
  default     = null
}

variable "kept_days" {
  description = "After these days a file is deleted; null: it stays."
  type        = number
  default     = null
}

variable "noncurrent_archive_days" {
  type = number
}

variable "noncurrent_kept_days" {
  type = number
}

variable "access_lists" {
  description = "Whether others may write by access control list (CloudFront's logs need it)."
  type        = bool
  default     = false
}

variable "access" {
  description = "Policy document (JSON) of those who may use it beyond this account's roles."
  type        = string
  default     = null
}
