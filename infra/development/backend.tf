# State lives in a bucket of its own, named at `terraform init -backend-config=…` (infra/README.md), with a lock file beside it.
terraform {
  backend "s3" {
    use_lockfile = true
    encrypt      = true
  }
}
