# Who may reach the cluster, and as whom. No password anywhere: a machine shows its IAM role.

locals {
  world = var.open_to_the_world ? { "temporary, see docs/decisions/0009" = "0.0.0.0/0" } : {}
  peers = var.vpc == null || !local.dedicated ? {} : { for region in local.regions : region.name => region.cidr }
  inner = length(local.peers) == 0 ? {} : { "machines, over the peering" = var.vpc.cidr }

  users = {
    app    = { role = "readWrite", database = coalesce(var.database, var.name) }
    admin  = { role = "dbAdminAnyDatabase", database = "admin" }
    backup = { role = "backup", database = "admin" } # the role exists there alone
  }
}

resource "mongodbatlas_project_ip_access_list" "this" {
  for_each   = merge(var.addresses, local.inner, local.world)
  project_id = mongodbatlas_project.this.id
  cidr_block = each.value
  comment    = each.key
}

resource "mongodbatlas_database_user" "this" {
  for_each           = { for name, user in local.users : name => user if contains(keys(var.roles), name) }
  project_id         = mongodbatlas_project.this.id
  username           = var.roles[each.key]
  description        = "${each.key}_user"
  auth_database_name = "$external"
  aws_iam_type       = "ROLE"

  roles {
    role_name     = each.value.role
    database_name = each.value.database
  }

  scopes {
    name = var.name
    type = "CLUSTER"
  }
}

# A network in every region that has a node: after a failover the primary is in another one.
resource "mongodbatlas_network_container" "this" {
  for_each         = local.peers
  project_id       = mongodbatlas_project.this.id
  provider_name    = "AWS"
  region_name      = each.key
  atlas_cidr_block = each.value
}

resource "mongodbatlas_network_peering" "this" {
  for_each               = local.peers
  project_id             = mongodbatlas_project.this.id
  container_id           = mongodbatlas_network_container.this[each.key].container_id
  provider_name          = "AWS"
  accepter_region_name   = var.vpc.region
  aws_account_id         = var.vpc.account_id
  vpc_id                 = var.vpc.id
  route_table_cidr_block = var.vpc.cidr
}

resource "aws_vpc_peering_connection_accepter" "this" {
  for_each                  = local.peers
  vpc_peering_connection_id = mongodbatlas_network_peering.this[each.key].connection_id
  auto_accept               = true
  tags                      = { Name = "${var.name}-${each.key}" }
}

resource "aws_route" "atlas" {
  for_each                  = { for pair in setproduct(keys(local.peers), range(length(try(var.vpc.route_table_ids, [])))) : "${pair[0]}-${pair[1]}" => { region = pair[0], table = pair[1] } }
  route_table_id            = var.vpc.route_table_ids[each.value.table]
  destination_cidr_block    = local.peers[each.value.region]
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.this[each.value.region].id
}
