# One project per portal at Vercel. Sealing secret and key of a portal (API_SECRET_KEY, RT_PORTAL_KEY) are put there
# by `vercel env add --sensitive`: they are in no state. What Vercel builds is said in infra/vercel.

locals {
  targets = { production = var.api_urls.production, preview = var.api_urls.preview }
  # A server-rendered portal knows one door, PUBLIC_API_URL; the others are the specification's names.
  variables = concat(
    flatten([for target, url in local.targets : [
      for name in ["PUBLIC_API_URL", "NEXT_PUBLIC_ADMIN_GATEWAY_URL"] : { key = name, value = url, target = [target], sensitive = false }
    ]]),
    [for name, url in var.shown_urls : { key = name, value = url, target = ["production"], sensitive = false }],
  )
}

resource "vercel_project" "this" {
  for_each  = var.portals
  name      = each.value.project
  team_id   = var.team_id
  framework = null

  git_repository = var.repository == null ? null : {
    type              = "github"
    repo              = var.repository
    production_branch = "main"
  }

  resource_config = {
    function_default_regions = [var.region]
  }
}

resource "vercel_project_domain" "this" {
  for_each   = var.portals
  project_id = vercel_project.this[each.key].id
  team_id    = var.team_id
  domain     = each.value.host
}

resource "vercel_project_environment_variables" "this" {
  for_each   = var.portals
  project_id = vercel_project.this[each.key].id
  team_id    = var.team_id
  variables  = local.variables
}
