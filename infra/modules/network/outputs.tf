output "vpc_id" {
  value = aws_vpc.this.id
}

output "cidr" {
  value = aws_vpc.this.cidr_block
}

output "subnet_ids" {
  description = "By kind: public, private."
  value = {
    public  = [for name, subnet in local.subnets : aws_subnet.this[name].id if subnet.public]
    private = [for name, subnet in local.subnets : aws_subnet.this[name].id if !subnet.public]
  }
}

output "private_route_table_ids" {
  value = values(aws_route_table.private)[*].id
}

output "security_group_ids" {
  description = "By the spec's name: alb, backend, rds, bastion."
  value       = { for name, group in aws_security_group.this : name => group.id }
}

output "nat_addresses" {
  description = "From where the machines reach the internet: what Atlas lets in."
  value       = [for zone in var.nat_zones : aws_eip.nat[zone].public_ip]
}
