variable "prefix" {
  description = "What every name begins with: rt-prod, rt-staging, rt-dev."
  type        = string
}

variable "portal_origins" {
  description = "The only web origins that may read files with a script (https://industry.rt-technologie.com, ...)."
  type        = list(string)
}

variable "cdn_distribution_arns" {
  description = "Which CloudFront distribution may read which bucket: documents, images."
  type        = map(string)
  default     = {}
}

variable "replica_name" {
  description = "Bucket of the other region that receives every document; null: no replica (outside production)."
  type        = string
  default     = null
}

variable "documents_archive_days" {
  type    = number
  default = 90
}

variable "documents_kept_years" {
  description = "After these years a document is deleted. Invoices are accounting evidence: 10 (Code de commerce L123-22) where this is their only copy."
  type        = number
  default     = 7
}

variable "documents_archive_class" {
  description = "GLACIER_IR answers at once, so that a consignment note of last year can be read, exported and erased; GLACIER (the specification to the letter) needs hours."
  type        = string
  default     = "GLACIER_IR"

  validation {
    condition     = contains(["GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"], var.documents_archive_class)
    error_message = "A Glacier class: GLACIER_IR, GLACIER or DEEP_ARCHIVE."
  }
}

variable "backups_archive_days" {
  type    = number
  default = 30
}

variable "backups_kept_days" {
  type    = number
  default = 365
}

variable "logs_kept_days" {
  type = number
}

variable "noncurrent_archive_days" {
  type    = number
  default = 30
}

variable "noncurrent_kept_days" {
  description = "How long a deleted or overwritten file can be brought back; also how long an erasure takes to reach the last version (GDPR article 12: three months at most)."
  type        = number
  default     = 90

  validation {
    condition     = var.noncurrent_kept_days <= 90
    error_message = "An erasure must have reached every version within three months."
  }
}

variable "version_images" {
  description = "The specification says both: versioning of all buckets, and none of images. Without it a photo deleted by mistake is lost."
  type        = bool
  default     = true
}
