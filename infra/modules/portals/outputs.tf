output "project_ids" {
  description = "By portal: what `vercel deploy` is told."
  value       = { for name, project in vercel_project.this : name => project.id }
}
