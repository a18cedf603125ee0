# Laid over development by the tests: a reading that nobody knows.

module "platform" {
  to_the_letter = ["everything"]
}
