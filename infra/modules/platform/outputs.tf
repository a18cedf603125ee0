output "prefix" {
  value = local.prefix
}

output "network" {
  description = "What Atlas lets in and peers with."
  value = {
    vpc_id          = module.network.vpc_id
    cidr            = module.network.cidr
    nat_addresses   = module.network.nat_addresses
    route_table_ids = module.network.private_route_table_ids
  }
}

output "topics" {
  value = module.observability.topics
}

output "names" {
  description = "Public host names by purpose."
  value       = local.names
}

output "role_arns" {
  value = module.identity.role_arns
}

output "name_servers" {
  description = "What the registrar of the domain must name."
  value       = module.dns.name_servers
}

output "cdn_key_id" {
  value = module.edge.cdn_key_id
}
