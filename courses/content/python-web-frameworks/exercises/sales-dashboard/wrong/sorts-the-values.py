# fails: The line chart shows the four values
import streamlit as st

st.title("Sales Dashboard")

sales = [120, 150, 170, 160]
st.line_chart(sorted(sales))
