output "balancer" {
  description = "Where names of services lead; arn_suffix is the load balancer's dimension in CloudWatch."
  value = {
    arn        = aws_lb.this.arn
    arn_suffix = aws_lb.this.arn_suffix
    dns_name   = aws_lb.this.dns_name
    zone_id    = aws_lb.this.zone_id
  }
}

output "target_groups" {
  description = "By service: arn, and arn_suffix, the dimension in CloudWatch."
  value       = { for name, group in aws_lb_target_group.this : name => { arn = group.arn, arn_suffix = group.arn_suffix } }
}

output "cdn" {
  description = "By kind of file (documents, images): where the host name leads, and who reads the bucket."
  value = { for kind, distribution in aws_cloudfront_distribution.this : kind => {
    arn      = distribution.arn
    host     = local.cdn[kind].host
    dns_name = distribution.domain_name
    zone_id  = distribution.hosted_zone_id
  } }
}

output "cdn_key_id" {
  description = "Goes into every signed address."
  value       = aws_cloudfront_public_key.this.id
}

output "site_certificate_arn" {
  description = "Of <domain> and www.<domain>, for a site in front of them; null where another environment keeps the domain."
  value       = one(aws_acm_certificate_validation.site[*].certificate_arn)
}
