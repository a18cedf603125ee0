# Names: what the topology holds is found, and nothing else.

resource "aws_route53_zone" "this" {
  # checkov:skip=CKV2_AWS_38: DNSSEC needs the registrar's part; a broken chain takes the whole domain down
  # checkov:skip=CKV2_AWS_39: logs of queries would be one more copy of addresses of people
  count = var.owns_zone ? 1 : 0
  name  = var.domain
  lifecycle { prevent_destroy = true }
}

data "aws_route53_zone" "other" {
  count = var.owns_zone ? 0 : 1
  name  = var.domain
}

locals {
  zone_id = var.owns_zone ? aws_route53_zone.this[0].zone_id : data.aws_route53_zone.other[0].zone_id
  aliases = merge(
    { for host in var.balancer_names : host => var.balancer },
    { for kind, distribution in var.cdn : distribution.host => { dns_name = distribution.dns_name, zone_id = distribution.zone_id } },
  )
}

resource "aws_route53_record" "alias" {
  # checkov:skip=CKV2_AWS_23: load balancer and CDN come from another module, whose outputs checkov does not follow
  for_each = local.aliases
  zone_id  = local.zone_id
  name     = each.key
  type     = "A"

  alias {
    name                   = each.value.dns_name
    zone_id                = each.value.zone_id
    evaluate_target_health = false
  }
}

resource "aws_route53_record" "portal" {
  for_each = var.portal_hosts
  zone_id  = local.zone_id
  name     = each.key
  type     = "CNAME"
  ttl      = var.ttl
  records  = [var.portals_target]
}
