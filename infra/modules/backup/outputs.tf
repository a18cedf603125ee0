output "vault" {
  value = aws_backup_vault.this.name
}

output "tag" {
  description = "Tag of a machine that is backed up."
  value       = { Backup = var.prefix }
}
