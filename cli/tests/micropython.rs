fn main() {
    rawpaste_board::trial::run(vec![])
}
