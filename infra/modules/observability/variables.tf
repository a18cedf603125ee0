variable "prefix" {
  type = string
}

variable "environment" {
  type = string
}

variable "services" {
  description = "The services of the topology: one row of the dashboard each."
  type        = list(object({ name = string, package = string }))
}

variable "balancer" {
  description = "The load balancer's arn_suffix."
  type        = string
}

variable "target_groups" {
  description = "Each service's target group, as arn_suffix."
  type        = map(string)
}

variable "auto_scaling_group" {
  type = string
}

variable "log_retention_days" {
  type = number
}

variable "emails" {
  type    = list(string)
  default = ["devops@rt-technologie.com"]
}

variable "phones" {
  description = "Numbers (+33...) that get a message when customers are hit."
  type        = list(string)
  default     = []
}

variable "pagerduty_url" {
  description = "https address of PagerDuty's Amazon CloudWatch integration. It holds a key, which a subscription keeps in the state: subscribe by hand where that matters."
  type        = string
  default     = null
  sensitive   = true

  validation {
    condition     = try(startswith(var.pagerduty_url, "https://"), var.pagerduty_url == null)
    error_message = "An https address."
  }
}

variable "cpu_percent" {
  type    = number
  default = 80
}

variable "cpu_seconds" {
  type    = number
  default = 300
}

variable "error_percent" {
  type    = number
  default = 5
}

variable "disk_percent" {
  type    = number
  default = 90
}

variable "events_behind" {
  description = "Events of the log that a service may have still to handle."
  type        = number
  default     = 1000
}

variable "business_words" {
  description = "Metric of RT/Business: the word of a contract whose granted requests it counts."
  type        = map(string)
  default = {
    OrdersCreated   = "CreateOrder"
    OrdersConfirmed = "ConfirmOrder"
    OrdersInvoiced  = "MarkInvoiced"
  }
}

variable "watch_organization" {
  description = "Id of the organization that `rt watch` acts for: what it does is no business."
  type        = string
  default     = "none"
}
