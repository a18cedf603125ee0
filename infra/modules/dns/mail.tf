# Mail: who receives it, who may send it, and who may issue certificates for the domain.

locals {
  sender = "${var.mail_subdomain}.${var.domain}"
  spf    = "v=spf1 ${join(" ", var.mail_senders)} ~all"
  records = {
    mx        = { name = var.domain, type = "MX", records = var.mail_servers }
    mx-sender = { name = local.sender, type = "MX", records = var.mail_servers }
    spf       = { name = var.domain, type = "TXT", records = [local.spf] }
    spf-send  = { name = local.sender, type = "TXT", records = [local.spf] }
    dmarc     = { name = "_dmarc.${var.domain}", type = "TXT", records = [var.dmarc] }
    caa = { name = var.domain, type = "CAA", records = concat(
      [for authority in var.certificate_authorities : "0 issue \"${authority}\""],
      ["0 iodef \"mailto:${var.security_contact}\""],
    ) }
  }
  # A TXT string holds 255 characters; a longer one is several, side by side.
  dkim = { for selector in [var.dkim_selector] : selector => {
    name    = "${selector}._domainkey.${var.domain}"
    type    = "TXT"
    records = [join("\"\"", regexall(".{1,255}", var.dkim_key))]
  } if var.dkim_key != null }
}

resource "aws_route53_record" "mail" {
  for_each = var.owns_zone ? merge(local.records, local.dkim) : {}
  zone_id  = local.zone_id
  name     = each.value.name
  type     = each.value.type
  ttl      = var.ttl
  records  = each.value.records
}

# SES, in its own region (AWS_SES_REGION), for when Mailgun is down.
resource "aws_ses_domain_identity" "this" {
  count    = var.owns_zone ? 1 : 0
  provider = aws.mail
  domain   = var.domain
}

resource "aws_ses_domain_dkim" "this" {
  count    = var.owns_zone ? 1 : 0
  provider = aws.mail
  domain   = aws_ses_domain_identity.this[0].domain
}

resource "aws_route53_record" "ses" {
  count   = var.owns_zone ? 3 : 0 # SES always gives three
  zone_id = local.zone_id
  name    = "${aws_ses_domain_dkim.this[0].dkim_tokens[count.index]}._domainkey.${var.domain}"
  type    = "CNAME"
  ttl     = var.ttl
  records = ["${aws_ses_domain_dkim.this[0].dkim_tokens[count.index]}.dkim.amazonses.com"]
}
