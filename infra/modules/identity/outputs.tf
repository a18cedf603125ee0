output "instance_profile_arn" {
  value = aws_iam_instance_profile.machine.arn
}

output "role_arns" {
  description = "By the spec's name: EC2-Backend-Role, Github-Actions-Role, Monitoring-Role."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}

output "secret_arns" {
  value = { for name, secret in aws_secretsmanager_secret.this : name => secret.arn }
}
