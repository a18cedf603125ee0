output "name" {
  value = aws_s3_bucket.this.bucket
}

output "arn" {
  value = aws_s3_bucket.this.arn
}

output "domain" {
  value = aws_s3_bucket.this.bucket_regional_domain_name
}

output "ready" {
  description = "Its name, known once policy, ownership and versioning stand: for those who check them when they begin to write."
  value       = aws_s3_bucket.this.bucket

  depends_on = [aws_s3_bucket_policy.this, aws_s3_bucket_ownership_controls.this, aws_s3_bucket_versioning.this]
}
