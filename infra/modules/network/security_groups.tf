# The spec's four security groups. Only the load balancer's is open to the world.

locals {
  groups = {
    alb     = "ALB-SG: the load balancer, open to the world on 80 and 443"
    backend = "EC2-Backend-SG: the machines, reached by the load balancer alone"
    rds     = "RDS-SG: PostgreSQL, reached by the machines alone"
    bastion = "Bastion-SG: SSH from the VPN alone"
  }
  service_ports = { from = min(var.ports...), to = max(var.ports...) }
  inbound_rules = merge(
    {
      alb-https     = { group = "alb", from = 443, to = 443, cidr = local.world, source = null }
      alb-http      = { group = "alb", from = 80, to = 80, cidr = local.world, source = null }
      backend-units = { group = "backend", from = local.service_ports.from, to = local.service_ports.to, cidr = null, source = "alb" }
      backend-ssh   = { group = "backend", from = 22, to = 22, cidr = null, source = "bastion" }
      rds-postgres  = { group = "rds", from = var.postgres_port, to = var.postgres_port, cidr = null, source = "backend" }
    },
    { for cidr in var.vpn_cidrs : "bastion-${cidr}" => { group = "bastion", from = 22, to = 22, cidr = cidr, source = null } },
  )
}

resource "aws_security_group" "this" {
  # checkov:skip=CKV2_AWS_5: the modules edge, compute and postgres wear them; checkov does not follow outputs
  for_each    = local.groups
  name        = "${var.prefix}-${each.key}"
  description = each.value
  vpc_id      = aws_vpc.this.id
  tags        = { Name = "${var.prefix}-${each.key}" }
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each                     = local.inbound_rules
  security_group_id            = aws_security_group.this[each.value.group].id
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = each.value.from
  to_port                      = each.value.to
  cidr_ipv4                    = each.value.cidr
  referenced_security_group_id = each.value.source == null ? null : aws_security_group.this[each.value.source].id
}

# "All traffic" out, as the spec has it: Atlas, Mailgun and partners' systems change their addresses. RDS-SG: none.
resource "aws_vpc_security_group_egress_rule" "this" {
  for_each          = toset(["alb", "backend", "bastion"])
  security_group_id = aws_security_group.this[each.key].id
  description       = "All traffic"
  ip_protocol       = "-1"
  cidr_ipv4         = local.world
}
