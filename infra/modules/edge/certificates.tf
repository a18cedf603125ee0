# The spec's certificates: *.<domain> for the load balancer and, once more in us-east-1, for CloudFront; <domain> with www.

resource "aws_acm_certificate" "balancer" {
  domain_name       = "*.${var.domain}"
  validation_method = "DNS"
  lifecycle { create_before_destroy = true }
}

resource "aws_acm_certificate" "cdn" {
  provider          = aws.us_east_1
  domain_name       = "*.${var.domain}"
  validation_method = "DNS"
  lifecycle { create_before_destroy = true }
}

resource "aws_acm_certificate" "site" {
  count                     = var.owns_zone ? 1 : 0
  provider                  = aws.us_east_1
  domain_name               = var.domain
  subject_alternative_names = ["www.${var.domain}"]
  validation_method         = "DNS"
  lifecycle { create_before_destroy = true }
}

# An account proves a name once: the same record serves *.<domain> and <domain>, both regions and all environments.
# Its keys are written here because the certificates' own are known only after they are made.
locals {
  proofs = var.owns_zone ? {
    "*"   = { for option in aws_acm_certificate.balancer.domain_validation_options : option.domain_name => option }["*.${var.domain}"]
    "www" = { for option in aws_acm_certificate.site[0].domain_validation_options : option.domain_name => option }["www.${var.domain}"]
  } : {}
}

resource "aws_route53_record" "proof" {
  for_each        = toset(var.owns_zone ? ["*", "www"] : [])
  zone_id         = var.zone_id
  name            = local.proofs[each.key].resource_record_name
  type            = local.proofs[each.key].resource_record_type
  records         = [local.proofs[each.key].resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "balancer" {
  certificate_arn = aws_acm_certificate.balancer.arn
  depends_on      = [aws_route53_record.proof]
}

resource "aws_acm_certificate_validation" "cdn" {
  provider        = aws.us_east_1
  certificate_arn = aws_acm_certificate.cdn.arn
  depends_on      = [aws_route53_record.proof]
}

resource "aws_acm_certificate_validation" "site" {
  count           = var.owns_zone ? 1 : 0
  provider        = aws.us_east_1
  certificate_arn = aws_acm_certificate.site[0].arn
  depends_on      = [aws_route53_record.proof]
}
