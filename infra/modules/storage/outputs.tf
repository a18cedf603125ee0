output "buckets" {
  description = "By kind (documents, images, backups, releases, logs): name, arn and the domain that CloudFront reads from."
  value       = { for kind, bucket in merge(module.bucket, { logs = module.logs }) : kind => { name = bucket.name, arn = bucket.arn, domain = bucket.domain } }
}

output "logs_bucket" {
  description = "Where load balancer (prefix alb) and CloudFront (prefix cdn) write; known once they may."
  value       = module.logs.ready
}
