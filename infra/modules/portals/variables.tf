variable "portals" {
  description = "The portals of the topology: one project each."
  type        = map(object({ project = string, host = string }))
}

variable "api_urls" {
  description = "The units' public door, for production and for previews."
  type        = object({ production = string, preview = string })
}

variable "shown_urls" {
  description = "The specification's other addresses, by its variable names."
  type        = map(string)
}

variable "team_id" {
  type    = string
  default = null
}

variable "region" {
  description = "Where functions run: Paris."
  type        = string
  default     = "cdg1"
}

variable "repository" {
  description = "The specification's Git connection (owner/name). null: GitHub Actions deploys what it built and Vercel reads no source (docs/decisions/0012)."
  type        = string
  default     = null
}
