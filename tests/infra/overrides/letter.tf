# Laid over development by the tests: the specification to the letter, wherever the platform reads it otherwise.

module "platform" {
  to_the_letter = ["public-machines", "forward-by-default", "debug-hosts", "open-images", "unversioned-images"]
  bastion_key   = "admin"
  analytics     = true
}
