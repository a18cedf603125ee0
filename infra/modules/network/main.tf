# The spec's VPC: a public and a private subnet in each of two zones, a way out for each zone.

data "aws_region" "here" {}

locals {
  subnets = merge(
    { for zone, cidr in var.public_subnets : "public-${zone}" => { zone = zone, cidr = cidr, public = true } },
    { for zone, cidr in var.private_subnets : "private-${zone}" => { zone = zone, cidr = cidr, public = false } },
  )
  world = "0.0.0.0/0"
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = "vpc-${var.prefix}" }
}

resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.prefix}-default-closed" }
}

resource "aws_subnet" "this" {
  for_each          = local.subnets
  vpc_id            = aws_vpc.this.id
  cidr_block        = each.value.cidr
  availability_zone = "${data.aws_region.here.name}${each.value.zone}"
  tags              = { Name = "${var.prefix}-${each.key}", Tier = each.value.public ? "public" : "private" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "igw-${var.prefix}" }
}

resource "aws_eip" "nat" {
  for_each = toset(var.nat_zones)
  domain   = "vpc"
  tags     = { Name = "${var.prefix}-nat-az-${each.key}" }
}

resource "aws_nat_gateway" "this" {
  for_each      = toset(var.nat_zones)
  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.this["public-${each.key}"].id
  tags          = { Name = "nat-az-${each.key}" }
  depends_on    = [aws_internet_gateway.this]
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.prefix}-public" }
}

resource "aws_route" "public" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = local.world
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table" "private" {
  for_each = var.private_subnets
  vpc_id   = aws_vpc.this.id
  tags     = { Name = "${var.prefix}-private-${each.key}" }
}

resource "aws_route" "private" {
  for_each               = var.private_subnets
  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = local.world
  nat_gateway_id         = aws_nat_gateway.this[contains(var.nat_zones, each.key) ? each.key : var.nat_zones[0]].id
}

resource "aws_route_table_association" "this" {
  for_each       = local.subnets
  subnet_id      = aws_subnet.this[each.key].id
  route_table_id = each.value.public ? aws_route_table.public.id : aws_route_table.private[each.value.zone].id
}

# Documents and images go to S3 without passing, and paying for, the NAT gateways.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${data.aws_region.here.name}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = concat([aws_route_table.public.id], values(aws_route_table.private)[*].id)
  tags              = { Name = "${var.prefix}-s3" }
}

# The spec's "deny malicious IPs". An ACL keeps no state, so answers come back on the ephemeral ports.
locals {
  denied = [for at, cidr in var.denied_cidrs : { rule = at + 1, action = "deny", protocol = "-1", cidr = cidr, from = 0, to = 0 }]
  answers = [
    { rule = 100, action = "allow", protocol = "-1", cidr = var.cidr, from = 0, to = 0 },
    { rule = 110, action = "allow", protocol = "tcp", cidr = local.world, from = 1024, to = 65535 },
    { rule = 120, action = "allow", protocol = "udp", cidr = local.world, from = 1024, to = 65535 },
  ]
  doors = [
    { rule = 130, action = "allow", protocol = "tcp", cidr = local.world, from = 80, to = 80 },
    { rule = 140, action = "allow", protocol = "tcp", cidr = local.world, from = 443, to = 443 },
  ]
  shells  = [for at, cidr in var.vpn_cidrs : { rule = 150 + at, action = "allow", protocol = "tcp", cidr = cidr, from = 22, to = 22 }]
  inbound = { public = concat(local.denied, local.answers, local.doors, local.shells), private = concat(local.denied, local.answers) }
}

resource "aws_network_acl" "this" {
  for_each   = local.inbound
  vpc_id     = aws_vpc.this.id
  subnet_ids = [for name, subnet in local.subnets : aws_subnet.this[name].id if subnet.public == (each.key == "public")]
  tags       = { Name = "${var.prefix}-${each.key}" }

  dynamic "ingress" {
    for_each = each.value
    content {
      rule_no    = ingress.value.rule
      action     = ingress.value.action
      protocol   = ingress.value.protocol
      cidr_block = ingress.value.cidr
      from_port  = ingress.value.from
      to_port    = ingress.value.to
    }
  }

  dynamic "egress" {
    for_each = concat(local.denied, [{ rule = 100, action = "allow", protocol = "-1", cidr = local.world, from = 0, to = 0 }])
    content {
      rule_no    = egress.value.rule
      action     = egress.value.action
      protocol   = egress.value.protocol
      cidr_block = egress.value.cidr
      from_port  = egress.value.from
      to_port    = egress.value.to
    }
  }
}
