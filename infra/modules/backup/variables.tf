variable "prefix" {
  type = string
}

variable "topic_arn" {
  description = "Where a failed backup is told."
  type        = string
}

variable "schedule" {
  description = "Weekly: Sunday at 01:00 UTC, an hour before the maintenance window opens."
  type        = string
  default     = "cron(0 1 ? * SUN *)"
}

variable "kept_weeks" {
  type    = number
  default = 4
}
