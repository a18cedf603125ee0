output "database" {
  description = "MONGODB_DB."
  value       = coalesce(var.database, var.name)
}

output "uri" {
  description = "MONGODB_URI: no secret, a machine proves who it is by its IAM role."
  value = join("", [
    try(mongodbatlas_advanced_cluster.this[0].connection_strings[0].standard_srv, mongodbatlas_flex_cluster.this[0].connection_strings.standard_srv),
    "/?authSource=%24external&authMechanism=MONGODB-AWS&w=majority",
  ])
}
