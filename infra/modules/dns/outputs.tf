output "zone_id" {
  value = local.zone_id
}

output "name_servers" {
  description = "What the registrar of the domain must name; empty where another environment keeps the zone."
  value       = flatten(aws_route53_zone.this[*].name_servers)
}
