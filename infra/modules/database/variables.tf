variable "environment" {
  type = string
}

variable "name" {
  description = "Project, cluster and database: rt-production, rt-staging, rt-dev."
  type        = string
}

variable "database" {
  description = "The database in it, where that has another name than the cluster."
  type        = string
  default     = null
}

variable "org_id" {
  description = "The organization at Atlas."
  type        = string
}

variable "tier" {
  description = "M0 (free), FLEX (the specification's M2: Atlas withdrew M2 and M5 in January 2026), M10 and above (of one's own)."
  type        = string

  validation {
    condition     = can(regex("^(M0|FLEX|M[1-9]0+)$", var.tier))
    error_message = "M0, FLEX, M10, M20, M30, ..."
  }

  validation {
    condition     = var.environment != "production" || !contains(["M0", "FLEX"], var.tier)
    error_message = "Production needs a cluster of its own: only those restore to a point in time."
  }
}

variable "tier_max" {
  description = "How far Atlas may go up by itself. M10 holds 128 GB and M20 255 GB: the specification's 500 GB need an M30."
  type        = string
  default     = "M30"
}

variable "storage_gb" {
  type    = number
  default = 10
}

variable "regions" {
  description = "Regions of Atlas in order of preference, each with the address range of its network there. Three: a node in each; one: three nodes in it."
  type        = list(object({ name = string, cidr = string }))
  default = [
    { name = "EU_WEST_3", cidr = "192.168.224.0/21" },    # Paris
    { name = "EU_CENTRAL_1", cidr = "192.168.232.0/21" }, # Frankfurt
    { name = "EU_WEST_1", cidr = "192.168.240.0/21" },    # Dublin, instead of London
  ]

  validation {
    condition     = alltrue([for region in var.regions : contains(["EU_WEST_1", "EU_WEST_3", "EU_CENTRAL_1", "EU_NORTH_1", "EU_SOUTH_1", "EU_SOUTH_2"], region.name)])
    error_message = "A region of the European Union."
  }
}

variable "london" {
  description = "The specification to the letter: its third node in London, outside of the European Union (docs/decisions/0009)."
  type        = bool
  default     = false
}

variable "vpc" {
  description = "The network of the machines, peered with the cluster's; null: none (the small tiers cannot)."
  type        = object({ id = string, cidr = string, region = string, account_id = string, route_table_ids = list(string) })
  default     = null
}

variable "addresses" {
  description = "Who may connect: address range by what it is (the NAT gateways, the VPN)."
  type        = map(string)

  validation {
    condition     = alltrue([for range in values(var.addresses) : tonumber(split("/", range)[1]) >= 16])
    error_message = "A range is a /16 at most; the whole world has a switch of its own, `open_to_the_world`."
  }
}

variable "open_to_the_world" {
  description = "The specification's \"0.0.0.0/0 (temporary)\"."
  type        = bool
  default     = false

  validation {
    condition     = !(var.open_to_the_world && var.environment == "production")
    error_message = "Production is never open to the world."
  }
}

variable "roles" {
  description = "IAM roles that stand for the users app, admin and backup; a user without a role is not made. None has a password."
  type        = map(string)

  validation {
    condition     = length(setsubtract(keys(var.roles), ["app", "admin", "backup"])) == 0
    error_message = "app, admin, backup."
  }
}

variable "snapshot_hours" {
  type    = number
  default = 6
}

variable "snapshot_kept_days" {
  type    = number
  default = 30
}

variable "archive_kept_months" {
  description = "0: none."
  type        = number
  default     = 12
}

variable "restore_window_days" {
  description = "How far back any second can be restored: what keeps the recovery point under 15 minutes; snapshots alone lose up to six hours."
  type        = number
  default     = 7
}

variable "email" {
  type    = string
  default = "devops@rt-technologie.com"
}

variable "phones" {
  type    = list(string)
  default = []
}

variable "pagerduty_integration_id" {
  description = "Of the integration made by hand in the project at Atlas: so its key never enters the state. null: mail instead."
  type        = string
  default     = null
}
